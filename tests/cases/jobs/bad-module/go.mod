module example.com/fetching

go 1.26

require example.invalid/nowhere v1.0.0
