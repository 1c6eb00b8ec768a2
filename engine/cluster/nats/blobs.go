package nats

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/starlark-tg/tg/engine/cluster"
)

// Blobs above maxMessage are kept in the form of JetStream's object store, so that
// its tools can read them; but they are put and got without what the client's object
// store needs: roll-ups, with which a worker could empty the store, and consumers.

const chunk = 128 << 10

// objectInfo is the part of an object's description that matters.
type objectInfo struct {
	Name   string `json:"name"`
	Bucket string `json:"bucket"`
	NUID   string `json:"nuid"` // the chunks are on $O.<bucket>.C.<nuid>
	Size   int    `json:"size"`
	Chunks int    `json:"chunks"`
	Digest string `json:"digest"`
}

func objectMeta(bucket, name string) string {
	return "$O." + bucket + ".M." + base64.URLEncoding.EncodeToString([]byte(name))
}

// putObject stores a blob under a name. A name is used once; if it has an object,
// that stays. Where the chunks lie begins with the run, for their removal.
func (c *Conn) putObject(ctx context.Context, bucket, run, name string, data []byte) error {
	sum := sha256.Sum256(data)
	info := objectInfo{Name: name, Bucket: bucket, NUID: nuid.Next(), Size: len(data),
		Chunks: (len(data) + chunk - 1) / chunk, Digest: "SHA-256=" + base64.URLEncoding.EncodeToString(sum[:])}
	if run != "" {
		info.NUID = run + "." + info.NUID
	}
	for rest, i := data, 0; len(rest) > 0; i++ {
		n := min(chunk, len(rest))
		// Each chunk is expected to follow the last, so that none is there twice.
		id := fmt.Sprintf("%s.%d", info.NUID, i)
		if err := c.publish(ctx, &nats.Msg{Subject: "$O." + bucket + ".C." + info.NUID, Data: rest[:n]}, jetstream.WithMsgID(id)); err != nil {
			return err
		}
		rest = rest[n:]
	}
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	err = c.publish(ctx, &nats.Msg{Subject: objectMeta(bucket, name), Data: text}, jetstream.WithExpectLastSequencePerSubject(0))
	if isWrongLast(err) {
		return nil
	}
	return err
}

// getObject returns what putObject stored, or ErrNotFound.
func (c *Conn) getObject(ctx context.Context, bucket, name string) ([]byte, error) {
	stream := "OBJ_" + bucket
	info, err := c.objectInfo(ctx, bucket, name)
	if err != nil {
		return nil, err
	}
	var data []byte
	for seq, i := uint64(0), 0; i < info.Chunks; i++ {
		part, at, err := c.next(ctx, stream, "$O."+bucket+".C."+info.NUID, seq+1)
		if err != nil {
			return nil, err
		}
		data, seq = append(data, part...), at
	}
	return data, nil
}

func (c *Conn) objectInfo(ctx context.Context, bucket, name string) (info objectInfo, err error) {
	text, _, err := c.next(ctx, "OBJ_"+bucket, objectMeta(bucket, name), 0)
	if err != nil {
		return info, err
	}
	return info, json.Unmarshal(text, &info)
}

// getChecked is getObject, for a hash that is known.
func (c *Conn) getChecked(ctx context.Context, bucket, name string, want cluster.Hash) ([]byte, error) {
	data, err := c.getObject(ctx, bucket, name)
	if err == nil && cluster.HashOf(data) != want {
		err = fmt.Errorf("object %s of %s is not what it should be", name, bucket)
	}
	return data, err
}

// dropObjects removes what a run has stored in a bucket.
func (c *Conn) dropObjects(ctx context.Context, bucket, run string) error {
	stream, prefix := "OBJ_"+bucket, "$O."+bucket+".M."
	var there map[string]uint64
	err := c.again(ctx, func(ctx context.Context) (err error) {
		there, err = c.subjects(ctx, stream, prefix+">")
		return err
	})
	if err != nil {
		return err
	}
	err = c.purge(ctx, stream, jetstream.WithPurgeSubject("$O."+bucket+".C."+run+".*"))
	for subject := range there {
		name, bad := base64.URLEncoding.DecodeString(strings.TrimPrefix(subject, prefix))
		if bad == nil && strings.HasPrefix(string(name), run+".") {
			err = errors.Join(err, c.purge(ctx, stream, jetstream.WithPurgeSubject(subject)))
		}
	}
	return err
}

// putCode stores a blob by its hash; getCode returns it.
func (c *Conn) putCode(ctx context.Context, blob []byte) (cluster.Hash, error) {
	hash := cluster.HashOf(blob)
	if len(blob) > maxMessage {
		if _, _, err := c.next(ctx, "OBJ_"+codeBucket, objectMeta(codeBucket, hash.String()), 0); err == nil {
			return hash, nil
		}
		return hash, c.putObject(ctx, codeBucket, "", hash.String(), blob)
	}
	err := c.publish(ctx, &nats.Msg{Subject: "$KV." + codeBucket + "." + hash.String(), Data: blob}, jetstream.WithExpectLastSequencePerSubject(0))
	if isWrongLast(err) {
		err = nil
	}
	return hash, err
}

func (c *Conn) getCode(ctx context.Context, hash cluster.Hash) (blob []byte, err error) {
	err = c.again(ctx, func(ctx context.Context) error {
		msg, err := c.nc.RequestWithContext(ctx, "$JS.API.DIRECT.GET.KV_"+codeBucket+".$KV."+codeBucket+"."+hash.String(), nil)
		if err != nil {
			return err
		}
		blob, _, err = direct(msg)
		return err
	})
	if errors.Is(err, cluster.ErrNotFound) {
		blob, err = c.getObject(ctx, codeBucket, hash.String())
	}
	if err == nil && cluster.HashOf(blob) != hash {
		err = fmt.Errorf("blob %s is not what it should be", hash)
	}
	return blob, err
}

// publish stores a message, and tries again while that may help.
func (c *Conn) publish(ctx context.Context, msg *nats.Msg, options ...jetstream.PublishOpt) error {
	err := c.again(ctx, func(ctx context.Context) error {
		_, err := c.js.PublishMsg(ctx, msg, append(options, jetstream.WithRetryAttempts(0))...)
		return err
	})
	return c.explain(err)
}

// isWrongLast says whether a subject was not as expected.
func isWrongLast(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == wrongLastSequence || api.ErrorCode == wrongLastConstant)
}
