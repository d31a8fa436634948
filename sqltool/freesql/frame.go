package freesql

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// headerLimit bounds the JSON part of a message between a server and its worker; rows come in a frame of their own.
const headerLimit = 4 << 20

// writeFrame sends one length and as many bytes.
func writeFrame(w io.Writer, body []byte) error {
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body))) //nolint:gosec // bodies are bounded far below 4 GiB
	if _, err := w.Write(append(frame, body...)); err != nil {
		return fmt.Errorf("write a frame of %d bytes: %w", len(body), err)
	}
	return nil
}

// readFrame reads what writeFrame sent, and takes no more than limit bytes from whoever is at the other end.
func readFrame(r io.Reader, limit int) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	size := int64(binary.BigEndian.Uint32(length[:]))
	if size > int64(limit) {
		return nil, fmt.Errorf("a frame announces %d bytes, at most %d are taken", size, limit)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("read a frame of %d bytes: %w", size, err)
	}
	return body, nil
}

// send writes a value as one frame of JSON.
func send(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	return writeFrame(w, body)
}

// receive reads a value from one frame of JSON.
func receive(r io.Reader, v any) error {
	body, err := readFrame(r, headerLimit)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}
