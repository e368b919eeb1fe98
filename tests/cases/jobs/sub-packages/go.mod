module example.com/team/sums/v2

go 1.26
