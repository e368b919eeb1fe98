// Package who can be imported from within the job alone.
package who

// Am names where it lives.
const Am = "internal"
