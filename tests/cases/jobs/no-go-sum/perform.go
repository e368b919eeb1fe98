package job

import (
	"runtime/debug"

	"github.com/pkg/errors"
)

// Perform tells which version of the module was linked.
func Perform(input map[string]interface{}) (interface{}, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, errors.New("no build information")
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/pkg/errors" {
			return module.Version, nil
		}
	}
	return nil, errors.New("github.com/pkg/errors is not linked")
}
