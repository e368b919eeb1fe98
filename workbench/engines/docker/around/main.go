// Around starts a program with something wrong around it, on purpose, and becomes that program.
//
//	around [full-log] [taken-port] -- PROGRAM ARGUMENTS...
//
// With full-log, whatever the program writes goes to a disk without room. With taken-port, somebody
// listens on port 7000 already: the program itself inherits the socket, without knowing of it.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

const port = 7000

func main() {
	words := os.Args[1:]
	for len(words) > 0 && words[0] != "--" {
		switch words[0] {
		case "full-log":
			must(fullLog())
		case "taken-port":
			must(takePort())
		default:
			must(fmt.Errorf("%q is not known", words[0]))
		}
		words = words[1:]
	}
	if len(words) < 2 {
		must(fmt.Errorf("no program is given"))
	}
	program, err := exec.LookPath(words[1])
	must(err)
	must(syscall.Exec(program, words[1:], os.Environ()))
}

func fullLog() error {
	full, err := syscall.Open("/dev/full", syscall.O_WRONLY, 0)
	if err != nil {
		return err
	}
	for _, output := range []int{1, 2} {
		if err := syscall.Dup3(full, output, 0); err != nil {
			return err
		}
	}
	return nil
}

func takePort() error {
	taken, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	if err := syscall.Bind(taken, &syscall.SockaddrInet4{Port: port}); err != nil {
		return err
	}
	return syscall.Listen(taken, 1)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "around:", err)
		os.Exit(125)
	}
}
