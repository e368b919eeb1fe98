// What many jobs require. The base image fetches and compiles it, so that a job
// which requires no more needs no network. It gives jobs no requirement: their own go.mod counts.
module typical

go 1.26

require github.com/pkg/errors v0.9.1
