package main

import (
	"context"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// note is one row of data/notes.json.
type note struct {
	ID         string `json:"note_id"`
	CustomerID string `json:"customer_id"`
	Author     string `json:"author"`
	Written    string `json:"written" jsonschema:"format=date-time"`
	Text       string `json:"text"`
}

type searchNotesIn struct {
	Query string `json:"query" jsonschema:"minLength=2,maxLength=100,description=Words to look for; letter case does not matter"`
}

type noteList struct {
	Notes []note `json:"notes"`
}

func searchNotes(s *store) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{
		Name:        "search_notes",
		Description: "Finds what colleagues noted about customers.",
		ReadOnly:    true,
		Tags:        []string{"crm", "staff"},
	}, func(_ context.Context, in searchNotesIn) (noteList, error) {
		return noteList{Notes: s.notesWith(in.Query)}, nil
	})
}

// The text of a new note may hold anything about a person, so it is labelled: the audit log gets a digest of it.
type addNoteIn struct {
	CustomerID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$,description=Whom the note is about,example=cust_2"`
	Text       string `json:"text" jsonschema:"minLength=1,maxLength=500,description=What to remember" gov:"pii"`
}

// addNote writes, so its spec leaves ReadOnly out: the log holds the intent before the handler runs and the outcome after it. It answers
// with text only.
func addNote(s *store) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{
		Name:        "add_note",
		Description: "Adds a note about a customer, signed with the caller's name.",
		Tags:        []string{"crm", "staff"},
		Errors:      []mcpgov.ErrorSpec{notFound()},
	}, func(ctx context.Context, in addNoteIn) (mcpgov.Content, error) {
		author, _ := mcpgov.UserFrom(ctx) // never empty inside a call: who is not identified does not get here
		added, ok := s.addNote(in.CustomerID, author.ID, in.Text)
		if !ok {
			return nil, mcpgov.Fail("not_found", "There is no customer %s.", in.CustomerID)
		}
		return mcpgov.Content{&mcp.TextContent{Text: fmt.Sprintf("Saved %s about %s.", added.ID, added.CustomerID)}}, nil
	})
}
