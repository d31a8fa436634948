package forward

import "encoding/json"

// The objects of OCSF 1.9.0, as far as records fill them. What is empty is left out, unless OCSF requires it. The fields stand in the order of
// their JSON names: what encoding/json makes of them is canonical then, and does not have to be written anew.

// ocsfEvent is an event of class API Activity. Action, disposition and policy belong to the profile security_control, agent and delegation to
// ai_operation, the attestations to record_integrity, the trace to the profile of its name.
type ocsfEvent struct {
	Action        string            `json:"action,omitempty"`
	ActionID      *int              `json:"action_id,omitempty"`
	ActivityID    int               `json:"activity_id"`
	ActivityName  string            `json:"activity_name"`
	Actor         ocsfActor         `json:"actor"`
	Agent         *ocsfAgent        `json:"ai_agent,omitempty"`
	API           ocsfAPI           `json:"api"`
	Attestations  []ocsfAttestation `json:"attestation_list,omitempty"`
	CategoryName  string            `json:"category_name"`
	CategoryUID   int               `json:"category_uid"`
	ClassName     string            `json:"class_name"`
	ClassUID      int               `json:"class_uid"`
	Delegation    *ocsfDelegation   `json:"delegation,omitempty"`
	Disposition   string            `json:"disposition,omitempty"`
	DispositionID *int              `json:"disposition_id,omitempty"`
	Message       string            `json:"message,omitempty"`
	Metadata      ocsfMetadata      `json:"metadata"`
	Policy        *ocsfPolicy       `json:"policy,omitempty"`
	RawData       string            `json:"raw_data,omitempty"`
	RawDataSize   int               `json:"raw_data_size,omitempty"`
	Resources     []ocsfResource    `json:"resources,omitempty"`
	Severity      string            `json:"severity"`
	SeverityID    int               `json:"severity_id"`
	SrcEndpoint   ocsfEndpoint      `json:"src_endpoint"`
	Status        string            `json:"status,omitempty"`
	StatusCode    string            `json:"status_code,omitempty"`
	StatusDetail  string            `json:"status_detail,omitempty"`
	StatusID      *int              `json:"status_id,omitempty"`
	Time          int64             `json:"time"` // ms since 1970
	Trace         *ocsfTrace        `json:"trace,omitempty"`
	TypeName      string            `json:"type_name"`
	TypeUID       int               `json:"type_uid"`
	Unmapped      *unmapped         `json:"unmapped,omitempty"`
}

type ocsfMetadata struct {
	CorrelationUID   string      `json:"correlation_uid,omitempty"`
	IsTruncated      bool        `json:"is_truncated,omitempty"`
	LogLevel         string      `json:"log_level,omitempty"`
	LogName          string      `json:"log_name,omitempty"`
	LogProvider      string      `json:"log_provider,omitempty"`
	OriginalEventUID string      `json:"original_event_uid,omitempty"`
	Product          ocsfProduct `json:"product"`
	Profiles         []string    `json:"profiles,omitempty"`
	Sequence         uint64      `json:"sequence,omitempty"`
	TenantUID        string      `json:"tenant_uid,omitempty"`
	UID              string      `json:"uid,omitempty"`
	Version          string      `json:"version"`
}

type ocsfProduct struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
}

type ocsfActor struct {
	AppName string       `json:"app_name,omitempty"`
	AppUID  string       `json:"app_uid,omitempty"`
	IDP     *ocsfNamed   `json:"idp,omitempty"`
	Session *ocsfSession `json:"session,omitempty"`
	User    *ocsfUser    `json:"user,omitempty"`
}

type ocsfUser struct {
	FullName string      `json:"full_name,omitempty"`
	Groups   []ocsfNamed `json:"groups,omitempty"`
	Name     string      `json:"name,omitempty"`
	Org      *ocsfOrg    `json:"org,omitempty"`
	Type     string      `json:"type"`
	TypeID   int         `json:"type_id"`
	UID      string      `json:"uid,omitempty"`
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
	Request   *ocsfRequest  `json:"request,omitempty"`
	Response  *ocsfResponse `json:"response,omitempty"`
	Service   *ocsfService  `json:"service,omitempty"`
	Version   string        `json:"version,omitempty"`
}

type ocsfService struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

type ocsfRequest struct {
	Data json.RawMessage `json:"data,omitempty"`
	UID  string          `json:"uid"`
}

type ocsfResponse struct {
	Data         json.RawMessage `json:"data,omitempty"`
	Error        string          `json:"error,omitempty"`
	ErrorMessage string          `json:"error_message,omitempty"`
}

type ocsfEndpoint struct {
	IP     string `json:"ip,omitempty"`
	Name   string `json:"name,omitempty"`
	Type   string `json:"type"`
	TypeID int    `json:"type_id"`
}

type ocsfResource struct {
	Labels []string `json:"labels,omitempty"`
	Name   string   `json:"name"`
	Role   string   `json:"role"`
	RoleID int      `json:"role_id"`
	Type   string   `json:"type,omitempty"`
}

type ocsfPolicy struct {
	IsApplied *bool  `json:"is_applied,omitempty"`
	Type      string `json:"type"`
	UID       string `json:"uid,omitempty"`
	Version   string `json:"version,omitempty"`
}

type ocsfAgent struct {
	InstanceUID string `json:"instance_uid,omitempty"`
	TypeID      int    `json:"type_id"` // 0: the framework is unknown
	UID         string `json:"uid"`
}

type ocsfDelegation struct {
	IssuerUID string   `json:"issuer_uid,omitempty"`
	Scopes    []string `json:"scopes,omitempty"`
	UID       string   `json:"uid"`
}

type ocsfTrace struct {
	Span *ocsfSpan `json:"span,omitempty"`
	UID  string    `json:"uid"`
}

type ocsfSpan struct {
	EndTime   int64  `json:"end_time"`
	Operation string `json:"operation,omitempty"`
	StartTime int64  `json:"start_time"`
	UID       string `json:"uid"`
}

type ocsfAttestation struct {
	AuthorityUID string          `json:"authority_uid,omitempty"`
	ChainUID     string          `json:"chain_uid,omitempty"`
	Fingerprint  ocsfFingerprint `json:"fingerprint"`
	PrevEvent    *ocsfPrevEvent  `json:"prev_event,omitempty"`
	UID          string          `json:"uid"`
}

type ocsfPrevEvent struct {
	Fingerprint *ocsfFingerprint `json:"fingerprint,omitempty"`
	UID         string           `json:"uid"`
}

type ocsfFingerprint struct {
	Algorithm       string `json:"algorithm"`
	AlgorithmID     int    `json:"algorithm_id"`
	Encoding        string `json:"encoding"`
	EncodingID      int    `json:"encoding_id"`
	Serialization   string `json:"serialization"`
	SerializationID int    `json:"serialization_id"`
	Value           string `json:"value"`
}
