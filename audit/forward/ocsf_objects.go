package forward

import "encoding/json"

// The objects of OCSF 1.9.0, as far as records fill them. What is empty is left out, unless OCSF requires it.

type ocsfEvent struct {
	ActivityID   int               `json:"activity_id"`
	ActivityName string            `json:"activity_name"`
	CategoryUID  int               `json:"category_uid"`
	CategoryName string            `json:"category_name"`
	ClassUID     int               `json:"class_uid"`
	ClassName    string            `json:"class_name"`
	TypeUID      int               `json:"type_uid"`
	TypeName     string            `json:"type_name"`
	SeverityID   int               `json:"severity_id"`
	Severity     string            `json:"severity"`
	Time         int64             `json:"time"` // ms since 1970
	StatusID     *int              `json:"status_id,omitempty"`
	Status       string            `json:"status,omitempty"`
	StatusCode   string            `json:"status_code,omitempty"`
	StatusDetail string            `json:"status_detail,omitempty"`
	Message      string            `json:"message,omitempty"`
	Metadata     ocsfMetadata      `json:"metadata"`
	Actor        ocsfActor         `json:"actor"`
	API          ocsfAPI           `json:"api"`
	SrcEndpoint  ocsfEndpoint      `json:"src_endpoint"`
	Resources    []ocsfResource    `json:"resources,omitempty"`
	RawData      string            `json:"raw_data,omitempty"`
	RawDataSize  int               `json:"raw_data_size,omitempty"`
	Unmapped     *unmapped         `json:"unmapped,omitempty"`
	Attestations []ocsfAttestation `json:"attestation_list,omitempty"` // profile record_integrity

	ActionID      *int        `json:"action_id,omitempty"` // profile security_control
	Action        string      `json:"action,omitempty"`
	DispositionID *int        `json:"disposition_id,omitempty"`
	Disposition   string      `json:"disposition,omitempty"`
	Policy        *ocsfPolicy `json:"policy,omitempty"`

	Agent      *ocsfAgent      `json:"ai_agent,omitempty"` // profile ai_operation
	Delegation *ocsfDelegation `json:"delegation,omitempty"`

	Trace *ocsfTrace `json:"trace,omitempty"` // profile trace
}

type ocsfMetadata struct {
	Version          string      `json:"version"`
	Product          ocsfProduct `json:"product"`
	Profiles         []string    `json:"profiles,omitempty"`
	UID              string      `json:"uid,omitempty"`
	OriginalEventUID string      `json:"original_event_uid,omitempty"`
	CorrelationUID   string      `json:"correlation_uid,omitempty"`
	Sequence         uint64      `json:"sequence,omitempty"`
	LogName          string      `json:"log_name,omitempty"`
	LogLevel         string      `json:"log_level,omitempty"`
	LogProvider      string      `json:"log_provider,omitempty"`
	TenantUID        string      `json:"tenant_uid,omitempty"`
	IsTruncated      bool        `json:"is_truncated,omitempty"`
}

type ocsfProduct struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
}

type ocsfActor struct {
	User    *ocsfUser    `json:"user,omitempty"`
	IDP     *ocsfNamed   `json:"idp,omitempty"`
	Session *ocsfSession `json:"session,omitempty"`
	AppName string       `json:"app_name,omitempty"`
	AppUID  string       `json:"app_uid,omitempty"`
}

type ocsfUser struct {
	UID      string      `json:"uid,omitempty"`
	Name     string      `json:"name,omitempty"`
	FullName string      `json:"full_name,omitempty"`
	TypeID   int         `json:"type_id"`
	Type     string      `json:"type"`
	Org      *ocsfOrg    `json:"org,omitempty"`
	Groups   []ocsfNamed `json:"groups,omitempty"`
}

// ocsfNamed is an entity of which only the name is known: a group, an identity provider.
type ocsfNamed struct {
	Name string `json:"name"`
}

type ocsfOrg struct {
	UID string `json:"uid"`
}

type ocsfSession struct {
	UID string `json:"uid"`
}

type ocsfAPI struct {
	Operation string        `json:"operation"`
	Version   string        `json:"version,omitempty"`
	Service   *ocsfService  `json:"service,omitempty"`
	Request   *ocsfRequest  `json:"request,omitempty"`
	Response  *ocsfResponse `json:"response,omitempty"`
}

type ocsfService struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

type ocsfRequest struct {
	UID  string          `json:"uid"`
	Data json.RawMessage `json:"data,omitempty"`
}

type ocsfResponse struct {
	Error        string          `json:"error,omitempty"`
	ErrorMessage string          `json:"error_message,omitempty"`
	Data         json.RawMessage `json:"data,omitempty"`
}

type ocsfEndpoint struct {
	IP     string `json:"ip,omitempty"`
	Name   string `json:"name,omitempty"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

type ocsfResource struct {
	Name   string   `json:"name"`
	Type   string   `json:"type,omitempty"`
	RoleID int      `json:"role_id"`
	Role   string   `json:"role"`
	Labels []string `json:"labels,omitempty"`
}

type ocsfPolicy struct {
	UID       string `json:"uid,omitempty"`
	Type      string `json:"type"`
	Version   string `json:"version,omitempty"`
	IsApplied *bool  `json:"is_applied,omitempty"`
}

type ocsfAgent struct {
	UID         string `json:"uid"`
	InstanceUID string `json:"instance_uid,omitempty"`
	TypeID      int    `json:"type_id"` // 0: the framework is unknown
}

type ocsfDelegation struct {
	UID       string   `json:"uid"`
	IssuerUID string   `json:"issuer_uid,omitempty"`
	Scopes    []string `json:"scopes,omitempty"`
}

type ocsfTrace struct {
	UID  string    `json:"uid"`
	Span *ocsfSpan `json:"span,omitempty"`
}

type ocsfSpan struct {
	UID       string `json:"uid"`
	Operation string `json:"operation,omitempty"`
	StartTime int64  `json:"start_time"`
	EndTime   int64  `json:"end_time"`
}

type ocsfAttestation struct {
	UID          string          `json:"uid"`
	AuthorityUID string          `json:"authority_uid,omitempty"`
	ChainUID     string          `json:"chain_uid,omitempty"`
	PrevEvent    *ocsfPrevEvent  `json:"prev_event,omitempty"`
	Fingerprint  ocsfFingerprint `json:"fingerprint"`
}

type ocsfPrevEvent struct {
	UID         string           `json:"uid"`
	Fingerprint *ocsfFingerprint `json:"fingerprint,omitempty"`
}

type ocsfFingerprint struct {
	AlgorithmID     int    `json:"algorithm_id"`
	Algorithm       string `json:"algorithm"`
	EncodingID      int    `json:"encoding_id"`
	Encoding        string `json:"encoding"`
	SerializationID int    `json:"serialization_id"`
	Serialization   string `json:"serialization"`
	Value           string `json:"value"`
}
