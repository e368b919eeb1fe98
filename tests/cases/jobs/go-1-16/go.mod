module dummyserver

go 1.16
