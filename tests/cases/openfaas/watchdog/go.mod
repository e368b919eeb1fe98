module watchdog

go 1.26
