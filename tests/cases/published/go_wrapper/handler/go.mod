// A stand-in that lets the wrapper compile without a job; every job's own module takes its place.
module stub

go 1.16

require (
	github.com/go-stack/stack v1.8.1 // indirect
	github.com/inconshreveable/log15 v0.0.0-20201112154412-8562bdadbbac
	github.com/mattn/go-colorable v0.1.12 // indirect
)
