package cli

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// keys are the flags that name secrets and public keys. Keys are read from files: what stands on a command line stands in the list of processes.
type keys struct{ file, encoding string }

func (k *keys) flags(c *cobra.Command) {
	c.Flags().StringVarP(&k.file, "key-file", "k", "", "file with the key of the log's chain; none for a plain chain")
	c.Flags().StringVar(&k.encoding, "key-encoding", "raw", "how the key file holds it: raw (every byte counts), hex or base64")
}

// leastKey is how many bytes every key of this library has at least.
const leastKey = 32

// read returns the key; nil if none is named.
func (k *keys) read() ([]byte, error) {
	if k.file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(k.file)
	if err != nil {
		return nil, failed(err)
	}
	var key []byte
	switch k.encoding {
	case "raw":
		key = text
	case "hex":
		key, err = hex.DecodeString(strings.TrimSpace(string(text)))
	case "base64":
		key, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	default:
		return nil, usage("--key-encoding %s: write raw, hex or base64", k.encoding)
	}
	if err != nil || len(key) == 0 {
		return nil, usage("--key-file %s: not a key in %s", k.file, k.encoding)
	}
	if len(key) < leastKey {
		return nil, usage("--key-file %s: %d bytes in %s, and a key has %d at least; is it --key-encoding raw, hex or base64?", k.file, len(key), k.encoding, leastKey)
	}
	return key, nil
}

// publicKey reads an Ed25519 key: PEM as openssl writes it, or 32 bytes in base64.
func publicKey(path string) (ed25519.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, failed(err)
	}
	if block, _ := pem.Decode(text); block != nil {
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		if key, ok := parsed.(ed25519.PublicKey); err == nil && ok {
			return key, nil
		}
		return nil, usage("--public-key %s: not an Ed25519 key; openssl pkey -pubout writes one", path)
	}
	key, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, usage("--public-key %s: neither PEM nor 32 bytes in base64", path)
	}
	return key, nil
}
