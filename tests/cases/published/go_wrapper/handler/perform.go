// Package stub takes the place of a job's code until there is a job.
package stub

import log "github.com/inconshreveable/log15"

// Perform logs what it was given and answers null.
func Perform(input map[string]interface{}) (interface{}, error) {
	log.Info("The stub was called", "input", input)
	return nil, nil
}
