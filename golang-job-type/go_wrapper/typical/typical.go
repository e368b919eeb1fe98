// Package typical imports what many jobs import, for the base image to have it compiled.
//
// To add a module: import it here, run `go mod tidy`, and raise the plugin's version.
package typical

import _ "github.com/pkg/errors"
