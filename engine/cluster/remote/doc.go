// Package remote runs tasks of groups on workers: a [Caller] sends them, a [Handler]
// runs them. It knows no network: that is what packages cluster and cluster/nats are for.
package remote
