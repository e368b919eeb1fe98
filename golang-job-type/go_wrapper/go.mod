module github.com/TheRacetrack/plugin-go-job-type/golang-job-type

go 1.26

require racetrack/job v0.0.0

replace racetrack/job => ./handler
