// A stub, so that the wrapper builds and runs without a job.
// Building a job puts the job's own module here: see jobbuild.
module stub

go 1.26
