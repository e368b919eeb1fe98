module example.com/small

go 1.26

require racetrack/job v0.0.0

replace racetrack/job => ./handler
