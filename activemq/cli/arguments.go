package cli

import (
	"fmt"
	"strings"
)

// arguments is the parsed command line: [java options --] [options] command [options] [operands].
type arguments struct {
	javaOptions []string // as given, to be handed on to a daemon
	rest        []string // all after "--", as given

	command    string
	operands   []string
	properties map[string]string // -Dname=value; the last one counts, as in Java
	heapMax    int64             // bytes, from -Xmx; 0 without it
	help       bool
	version    bool
	validation Validation
}

// valued are the options of the original's commands that take the next argument as their value. They concern JMX and
// Java's class path: accepted, so that old scripts go on, and without effect.
var valued = map[string]bool{
	"--extdir": true, "--jmxurl": true, "--jmxuser": true, "--jmxpassword": true, "--pid": true,
}

// flags are the options without a value that are accepted in the same spirit.
var flags = map[string]bool{"--noDefExt": true, "--jmxlocal": true, "--all": true}

// parse splits the command line. It fails on an option that it does not know, after the command's "--" only: Java's
// own options are too many to list and all are harmless here.
func parse(args []string) (arguments, error) {
	a := arguments{properties: map[string]string{}, rest: args}
	for i, arg := range args {
		if arg == "--" {
			a.javaOptions, a.rest = args[:i], args[i+1:]
			break
		}
	}
	for _, option := range a.javaOptions {
		a.javaOption(option)
	}
	for i := 0; i < len(a.rest); i++ {
		arg := a.rest[i]
		switch {
		case a.command != "" && unserved[a.command]:
			return a, nil // its options are not ours to judge
		case arg == "-h" || arg == "-?" || arg == "--help":
			a.help = true
		case arg == "--version":
			a.version = true
		case a.javaOption(arg), flags[arg], a.command == "validate" && a.validation.option(arg):
		case valued[arg]:
			if i++; i == len(a.rest) {
				return a, fmt.Errorf("Missing value of option: %s", arg)
			}
		case strings.HasPrefix(arg, "-"):
			return a, fmt.Errorf("Unrecognized option: %s", arg)
		case a.command == "":
			a.command = arg
		default:
			a.operands = append(a.operands, arg)
		}
	}
	return a, nil
}

// javaOption takes what matters from an option of the java command and tells whether it is one that the original's
// commands take too (-D), or that is read here.
func (a *arguments) javaOption(option string) bool {
	if definition, ok := strings.CutPrefix(option, "-D"); ok {
		name, value, _ := strings.Cut(definition, "=")
		a.properties[name] = value
		return true
	}
	for _, prefix := range []string{"-Xmx", "-XX:MaxHeapSize="} {
		if text, ok := strings.CutPrefix(option, prefix); ok {
			if size := memorySize(text); size > 0 {
				a.heapMax = size
			}
			return true
		}
	}
	return false
}

// memorySize reads a size as java writes it: digits and one of k, m, g, t in either case. 0 when it is none, or more
// than an int64 holds.
func memorySize(text string) int64 {
	shift := 0
	if n := len(text) - 1; n > 0 {
		switch text[n] {
		case 'k', 'K':
			shift = 10
		case 'm', 'M':
			shift = 20
		case 'g', 'G':
			shift = 30
		case 't', 'T':
			shift = 40
		}
		if shift > 0 {
			text = text[:n]
		}
	}
	var size int64
	for _, digit := range []byte(text) {
		if digit < '0' || digit > '9' || size > (1<<62)>>shift/10 {
			return 0
		}
		size = size*10 + int64(digit-'0')
	}
	return size << shift
}
