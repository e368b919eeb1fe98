// Package lib has no file for builds without cgo.
package lib

import "C"

// Answer is never compiled.
func Answer() int { return 42 }
