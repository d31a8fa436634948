package interop_test

import (
	"encoding/json"
	"time"
)

// The types below hold every kind of field a result can have, and every keyword that masks must make room for. One address is masked and
// one is not, so that their shared definition has to be taken apart.

type address struct {
	Street string `json:"street" jsonschema:"minLength=3,maxLength=60"`
	Zip    string `json:"zip" jsonschema:"pattern=^[0-9]{5}$"`
}

type contact struct {
	Channel string `json:"channel" jsonschema:"enum=mail,enum=phone"`
	Value   string `json:"value" jsonschema:"minLength=6"`
	Private bool   `json:"private"`
}

type region struct {
	Manager string  `json:"manager" jsonschema:"minLength=2"`
	Margin  float64 `json:"margin" jsonschema:"minimum=0.1,maximum=1"`
}

// part is recursive through a list.
type part struct {
	Name   string  `json:"name" jsonschema:"minLength=1"`
	Serial string  `json:"serial" jsonschema:"pattern=^S-[0-9]+$"`
	Weight float64 `json:"weight" jsonschema:"exclusiveMinimum=0"`
	Parts  []part  `json:"parts"`
}

type profile struct {
	ID       string            `json:"id" jsonschema:"pattern=^cust_[0-9]+$"`
	Email    string            `json:"email" jsonschema:"format=email,description=Where to write" gov:"pii,mask=email"`
	Phone    string            `json:"phone" jsonschema:"minLength=7,maxLength=20" gov:"pii,mask=last4"`
	Account  string            `json:"account" jsonschema:"format=uuid" gov:"secret,mask=hash"`
	Born     string            `json:"born" jsonschema:"format=date" gov:"phi,mask=year"`
	Since    time.Time         `json:"since"`
	Homepage string            `json:"homepage" jsonschema:"format=uri"`
	Plan     string            `json:"plan" jsonschema:"enum=free,enum=gold"`
	Nickname string            `json:"nickname,omitempty" jsonschema:"minLength=2,maxLength=10"`
	Photo    []byte            `json:"photo"`
	Referrer *string           `json:"referrer"`
	Credit   int               `json:"credit" jsonschema:"minimum=300,maximum=850" gov:"sensitive,mask=zero"`
	Balance  float64           `json:"balance" jsonschema:"exclusiveMinimum=0,multipleOf=0.5" gov:"sensitive,unit=EUR"`
	Active   bool              `json:"active"`
	Level    *int              `json:"level,omitempty" jsonschema:"minimum=1"`
	Home     address           `json:"home"`
	Office   address           `json:"office"`
	Backup   *address          `json:"backup,omitempty"`
	Contacts []contact         `json:"contacts" jsonschema:"minItems=1"`
	Tags     []string          `json:"tags" jsonschema:"minItems=1,uniqueItems=true,minLength=2"`
	Regions  map[string]region `json:"regions"`
	Scores   map[string]int    `json:"scores"`
	Machine  part              `json:"machine"`
	Extra    any               `json:"extra"`
	Raw      json.RawMessage   `json:"raw"`
}

// ann is the profile every person asks for. Its values fit their keywords, and almost none of their masked forms would.
func ann() profile {
	level := 3
	return profile{
		ID: "cust_1", Email: "ann.example@example.com", Phone: "+49 30 1234567", Account: "0b8f4f6e-54ac-4c0a-8f0e-3f1b6c9a7d21",
		Born: "1984-05-06", Since: time.Date(2019, time.March, 4, 5, 6, 7, 0, time.UTC), Homepage: "https://ann.example.com/", Plan: "gold",
		Nickname: "annika", Photo: []byte("a picture of ann"), Credit: 612, Balance: 1234.5, Active: true, Level: &level,
		Home:   address{Street: "1 Long Lane", Zip: "10115"},
		Office: address{Street: "9 Work Way", Zip: "20095"},
		Backup: &address{Street: "5 Old Oak", Zip: "50667"},
		Contacts: []contact{
			{Channel: "mail", Value: "ann@private.example", Private: true},
			{Channel: "phone", Value: "+49 170 7654321"},
		},
		Tags:    []string{"early", "loyal"},
		Regions: map[string]region{"emea": {Manager: "Mia Hofer", Margin: 0.25}, "a.b": {Manager: "Bo", Margin: 0.5}},
		Scores:  map[string]int{"risk": 7, "fit": 9},
		Machine: part{Name: "engine", Serial: "S-100", Weight: 2.5, Parts: []part{
			{Name: "valve", Serial: "S-101", Weight: 0.5, Parts: []part{{Name: "spring", Serial: "S-102", Weight: 0.25, Parts: []part{}}}},
			{Name: "pump", Serial: "S-103", Weight: 1.5, Parts: []part{}},
		}},
		Extra: map[string]any{"note": "met at a fair", "rank": 4},
		Raw:   json.RawMessage(`{"note":"as it came","list":[1,"two",null]}`),
	}
}

// The places of a profile that masks are tried on. Members of the recursive machine are named at any depth.
var (
	textPlaces = []string{
		"email", "phone", "account", "born", "since", "homepage", "plan", "nickname", "photo", "referrer", "home.street", "home.zip",
		"backup.zip", "contacts.channel", "contacts.value", "regions.*.manager", "machine.**.serial", "extra.note", "raw.note",
	}
	plainPlaces = []string{ // numbers and booleans
		"credit", "balance", "active", "level", "contacts.private", "regions.*.margin", "scores.*", "machine.**.weight",
	}
	wholePlaces = []string{"home", "backup", "contacts", "tags", "regions", "scores", "machine.parts", "extra", "raw"}
)
