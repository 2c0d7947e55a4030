package settings

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

// APIKeys changes API keys.
type APIKeys interface {
	Create(t tx.Tx, by identity.Principal, c identity.CreateAPIKey) (k identity.APIKey, secret string, err error)
	Update(t tx.Tx, by identity.Principal, id ident.UUID, c identity.ChangeAPIKey) (identity.APIKey, error)
	Revoke(t tx.Tx, by identity.Principal, id ident.UUID) (identity.APIKey, error)
}

// APIKeyRows reads API keys. What is missing is a NotFound fault.
type APIKeyRows interface {
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (identity.APIKey, error)
	List(ctx context.Context, vendor ident.VendorID, r listing.Request) (listing.Page[identity.APIKey], error)
}

// SigningKeys tells the keys that a new provisioning key's clients pin.
type SigningKeys interface {
	Newest(ctx context.Context, vendor ident.VendorID) (keyring.Public, error)
}

// APIKey is an API key in an answer, without its secret.
type APIKey struct {
	ID          ident.UUID            `json:"id" format:"uuid"`
	Kind        identity.KeyKind      `json:"kind" enum:"provisioning,admin,ingest,read"`
	Name        string                `json:"name"`
	Hint        string                `json:"hint" doc:"the secret's beginning, to tell keys apart by"`
	Permissions []identity.Permission `json:"permissions" nullable:"false"`
	CreatedAt   time.Time             `json:"created_at"`
	RevokedAt   *time.Time            `json:"revoked_at" doc:"null while it works"`
}

type apiKeyWithSecret struct {
	APIKey

	Secret string `json:"secret" doc:"shown this once"`
}

type apiKeyCreate struct {
	Kind        identity.KeyKind      `json:"kind" enum:"provisioning,admin,ingest,read" doc:"provisioning: embedded in programs, so public; admin: the back office; ingest: embedded in programs that send usage events, so public; read: reads what was observed"`
	Name        string                `json:"name" minLength:"1" maxLength:"100"`
	Permissions []identity.Permission `json:"permissions,omitempty" maxItems:"50" nullable:"false" doc:"what it may do; the kind's default if left out. None that the calling key does not have"`
}

type apiKeyUpdate struct {
	Name        *string                `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Permissions *[]identity.Permission `json:"permissions,omitempty" maxItems:"50" doc:"all that it may do from now on. None that the calling key does not have"`
}

func showAPIKey(k identity.APIKey) APIKey {
	return APIKey{
		ID: k.UUID, Kind: k.Kind, Name: k.Name, Hint: k.Hint, Permissions: append([]identity.Permission{}, k.Permissions...),
		CreatedAt: k.CreatedAt, RevokedAt: k.RevokedAt,
	}
}

func (a *Area) apiKeys(m *operation.Maker) []operation.Operation {
	const group = "API keys"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/api-keys", ID: "list-api-keys", Group: group, Summary: "List API keys", Permission: identity.ManageAPIKeys,
		}, []string{"created_at"}, func(q *operation.Request, r listing.Request) (listing.Page[identity.APIKey], error) {
			return a.APIKeyRows.List(q.Context, q.Vendor, r)
		}, showAPIKey),
		operation.ChangeWith(m, operation.Operation{
			Method: http.MethodPost, Path: "/api-keys", ID: "create-api-key", Group: group, Summary: "Create an API key",
			About:      "Only this answer holds its secret. A repeated request under the same Idempotency-Key gets it again.",
			Permission: identity.ManageAPIKeys, Secret: true,
		}, a.signingKeys, func(t tx.Tx, q *operation.Request, in apiKeyCreate, signing keyring.Public) (apiKeyWithSecret, error) {
			c := identity.CreateAPIKey{Kind: in.Kind, Name: in.Name, Permissions: in.Permissions}
			if in.Kind == identity.Provisioning {
				c.Ed25519Key, c.RSAKey = signing.Ed25519Key, signing.RSAKey
			}
			by, _ := edge.PrincipalFrom(q.Context)
			k, secret, err := a.APIKeys.Create(t, by, c)
			return apiKeyWithSecret{showAPIKey(k), secret}, err
		}),
		operation.Get(m, operation.Operation{
			Path: "/api-keys/{id}", ID: "get-api-key", Group: group, Summary: "Get an API key", Permission: identity.ManageAPIKeys,
		}, func(q *operation.Request) (APIKey, error) {
			k, err := a.APIKeyRows.ByUUID(q.Context, q.Vendor, q.ID)
			return showAPIKey(k), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/api-keys/{id}", ID: "update-api-key", Group: group, Summary: "Rename an API key, or change what it may do",
			About:      "It holds everywhere within a second. An admin key that may do more than the calling one is not changed by it.",
			Permission: identity.ManageAPIKeys,
		}, func(t tx.Tx, q *operation.Request, in apiKeyUpdate) (APIKey, error) {
			by, _ := edge.PrincipalFrom(q.Context)
			k, err := a.APIKeys.Update(t, by, q.ID, identity.ChangeAPIKey{Name: in.Name, Permissions: in.Permissions})
			return showAPIKey(k), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/api-keys/{id}", ID: "revoke-api-key", Group: group, Summary: "Revoke an API key",
			About: "It stops working everywhere within a second. The key stays in the list. " +
				"An admin key that may do more than the calling one is not revoked by it.",
			Permission: identity.ManageAPIKeys,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			by, _ := edge.PrincipalFrom(q.Context)
			_, err := a.APIKeys.Revoke(t, by, q.ID)
			return operation.Nothing{}, err
		}),
	}
}

// signingKeys reads the keys that a new provisioning key will name.
func (a *Area) signingKeys(q *operation.Request, _ apiKeyCreate) (keyring.Public, error) {
	return a.SigningKeys.Newest(q.Context, q.Vendor)
}
