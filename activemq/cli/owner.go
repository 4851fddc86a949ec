package cli

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// owner is the account that the broker runs as when root starts it for ACTIVEMQ_USER. A nil owner means no change, and
// its own method does nothing.
type owner struct {
	name   string
	home   string
	uid    int
	gid    int
	groups []int
}

// owner looks the account up; nil when none is set or it is the current one. Only root can change: anybody else with
// ACTIVEMQ_USER set to another name gets an error, not a broker under the wrong account.
func (c *call) owner() (*owner, error) {
	name := c.settings.process.user
	if name == "" {
		return nil, nil
	}
	account, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("ACTIVEMQ_USER: %w", err)
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return nil, fmt.Errorf("ACTIVEMQ_USER %q: user id %q is not a number", name, account.Uid)
	}
	if uid == os.Geteuid() {
		return nil, nil
	}
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("ACTIVEMQ_USER is %q and only root can run the broker as another user", name)
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return nil, fmt.Errorf("ACTIVEMQ_USER %q: group id %q is not a number", name, account.Gid)
	}
	o := &owner{name: name, home: account.HomeDir, uid: uid, gid: gid}
	ids, err := account.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("ACTIVEMQ_USER %q: groups: %w", name, err)
	}
	for _, id := range ids {
		if n, err := strconv.Atoi(id); err == nil {
			o.groups = append(o.groups, n)
		}
	}
	return o, nil
}

// own gives a file or directory to the account.
func (o *owner) own(path string) error {
	if o == nil {
		return nil
	}
	return os.Chown(path, o.uid, o.gid)
}

// credential is the account in the form that a child process takes.
func (o *owner) credential() *syscall.Credential {
	credential := &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}
	for _, group := range o.groups {
		credential.Groups = append(credential.Groups, uint32(group))
	}
	return credential
}

func (o *owner) environment() []string {
	return []string{"HOME=" + o.home, "USER=" + o.name, "LOGNAME=" + o.name}
}

// become turns this process into one of the account, for good.
func (o *owner) become() error {
	return errors.Join(syscall.Setgroups(o.groups), syscall.Setgid(o.gid), syscall.Setuid(o.uid),
		os.Setenv("HOME", o.home), os.Setenv("USER", o.name), os.Setenv("LOGNAME", o.name))
}
