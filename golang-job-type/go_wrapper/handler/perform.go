// Package stub stands where the job will be, so that the wrapper builds, runs and is tested by itself.
//
// Building a job does not touch this folder: jobbuild makes a workspace in which
// racetrack/job is an adapter to the job's own module.
package stub

// Perform has the signature that every job provides. The stub answers null to whatever it is asked.
func Perform(input map[string]interface{}) (interface{}, error) {
	return nil, nil
}
