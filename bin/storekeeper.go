package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"goactivemq/activemq/cli"
	"goactivemq/activemq/config"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/mkahadb"
	"goactivemq/activemq/store/offline"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// keeper is a store that the command "store" looks into.
type keeper struct {
	store.Store
	kaha     map[string]*kahadb.Store // by directory, those that it is made of
	codec    store.Codec
	version  int
	over     *vfs.Overlay // nil: changes go to the disk
	problems *slog.Logger
}

// Store serves the command "store". All but an import leave the store as it is: it is opened over an overlay, which keeps the changes.
func (program) Store(s cli.Settings, operands []string, in io.Reader, out, errOut io.Writer) (err error) {
	task, operands := head(operands)
	place, operands := head(operands)
	if (task == "export" || task == "import") && place != "" && !isStorePlace(place) {
		place, operands = "", append([]string{place}, operands...)
	}
	file, _ := head(operands)
	k := &keeper{problems: slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelError}))}
	var do func() error
	switch task {
	case "explain":
		do = func() error { return k.explain(out) }
	case "check":
		do = func() error { return offline.Check(out, k) }
	case "export":
		do = func() error { return k.export(file, out, errOut) }
	case "import":
		do = func() error { return k.importFrom(file, in, errOut) }
	default:
		return fmt.Errorf("store %q: want store explain, check, export or import", task)
	}
	if task != "import" {
		k.over = vfs.NewOverlay(vfs.OS{})
		defer func() { err = errors.Join(err, k.over.Close()) }()
	}
	verified := error(nil)
	if err := k.open(s, place, func(o kahadb.Options) error {
		if task == "check" {
			verified = errors.Join(verified, verify(out, o))
		}
		return nil
	}); err != nil {
		return refusal(err)
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	return errors.Join(verified, do())
}

// refusal says what to do about a store that a broker has.
func refusal(err error) error {
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("%w: stop the broker first", err)
	}
	return err
}

// head takes the first of operands, "" where there is none.
func head(operands []string) (string, []string) {
	if len(operands) == 0 {
		return "", nil
	}
	return operands[0], operands[1:]
}

// isStorePlace tells a directory or a configuration from a file of an export.
func isStorePlace(operand string) bool {
	info, err := os.Stat(operand)
	return isConfiguration(operand) || err == nil && info.IsDir() || strings.HasSuffix(operand, string(filepath.Separator))
}

func isConfiguration(operand string) bool {
	return strings.HasPrefix(operand, "xbean:") || strings.HasSuffix(operand, ".xml")
}

// open opens the store of a directory, or of a configuration. look is shown the options of each KahaDB before.
func (k *keeper) open(s cli.Settings, place string, look func(kahadb.Options) error) error {
	adapter, c, err := adapterAt(s, place)
	if err != nil {
		return err
	}
	k.kaha, k.version = map[string]*kahadb.Store{}, c.StoreOpenWireVersion
	switch a := adapter.(type) {
	case *config.KahaDB:
		err = k.openKahaDB(c, a, look)
	case *config.MultiKahaDB:
		err = k.openMultiKahaDB(c, a, look)
	default:
		return fmt.Errorf("the store %T is not served by this command: want kahaDB or mKahaDB", adapter)
	}
	if err != nil {
		return err
	}
	k.codec, err = wire.NewStoreCodec(k.version)
	return err
}

// adapterAt returns the store that a configuration names, or that of a directory with the original's defaults. One with folders of stores in it is an mKahaDB.
func adapterAt(s cli.Settings, place string) (config.PersistenceAdapter, *config.Broker, error) {
	if place == "" || isConfiguration(place) {
		if place != "" {
			s.URI = place
		}
		file, err := load(s, nil)
		if err != nil {
			return nil, nil, err
		}
		return file.Broker.PersistenceAdapter, file.Broker, nil
	}
	folders, err := vfs.OS{}.Folders(place)
	if err != nil {
		return nil, nil, err
	}
	c := config.Bare(place, slices.Contains(folders, mkahadb.OutcomesName))
	return c.PersistenceAdapter, c, nil
}

// prepare has a store be opened for this command.
func (k *keeper) prepare(o *kahadb.Options) {
	o.Log, o.CleanupOnStop, o.CheckpointInterval, o.CleanupInterval = k.problems, k.over == nil, -1, -1
	if k.over != nil {
		o.FS = k.over
	}
}

func (k *keeper) openKahaDB(c *config.Broker, a *config.KahaDB, look func(kahadb.Options) error) error {
	o, err := kahaOptions(c, a, a.Directory, policies(c.DestinationPolicy))
	if err != nil {
		return err
	}
	if err := k.exists(o.Directory); err != nil {
		return err
	}
	o.Unlocked = !a.UseLock
	k.prepare(&o)
	k.version = o.OpenWireVersion
	if err := look(o); err != nil {
		return err
	}
	opened, err := kahadb.Open(o)
	if err != nil {
		return err
	}
	k.Store, k.kaha[o.Directory] = opened, opened
	return nil
}

func (k *keeper) openMultiKahaDB(c *config.Broker, a *config.MultiKahaDB, look func(kahadb.Options) error) error {
	o, err := multiOptions(c, a)
	if err != nil {
		return err
	}
	if err := k.exists(o.Directory); err != nil {
		return err
	}
	o.Unlocked, o.Log = !a.UseLock, k.problems
	if k.over != nil {
		o.FS = k.over
	}
	for i := range o.Filters {
		options := o.Filters[i].Options
		o.Filters[i].Options = func(directory string) (kahadb.Options, error) {
			p, err := options(directory)
			if err != nil {
				return p, err
			}
			k.prepare(&p)
			return p, look(p)
		}
	}
	opened, err := mkahadb.Open(o)
	if err != nil {
		return err
	}
	k.Store = opened
	for directory, part := range opened.Parts() {
		k.kaha[directory] = part
	}
	return nil
}

// exists refuses to look into what is not there, which would be made. An import may make it.
func (k *keeper) exists(directory string) error {
	if _, err := os.Stat(directory); err != nil && k.over != nil {
		return fmt.Errorf("no store: %w", err)
	}
	return nil
}

// verify tells what is damaged in the files of a journal.
func verify(out io.Writer, o kahadb.Options) error {
	damage, err := kahadb.Verify(o)
	if err != nil {
		return err
	}
	var bad error
	for _, d := range damage {
		if d.Tail {
			fmt.Fprintf(out, "%s at %d: the rest of a write that did not end, %d bytes: the broker cuts it off\n", d.File, d.Offset, d.Bytes)
			continue
		}
		fmt.Fprintf(out, "%v, %d bytes\n", d.Error(), d.Bytes)
		bad = offline.ErrDamaged
	}
	return bad
}

func (k *keeper) explain(out io.Writer) error {
	for _, directory := range slices.Sorted(maps.Keys(k.kaha)) {
		uses, err := k.kaha[directory].Explain()
		if err == nil {
			err = offline.Explain(out, directory, uses)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *keeper) export(file string, out, errOut io.Writer) (err error) {
	if file != "" && file != "-" {
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Sync(), f.Close()) }()
		out = f
	}
	n, err := offline.Export(out, k, k.codec, k.version)
	fmt.Fprintf(errOut, "%d messages exported\n", n)
	return err
}

func (k *keeper) importFrom(file string, in io.Reader, errOut io.Writer) error {
	if file != "" && file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	n, err := offline.Import(in, k, func(version int) (store.Codec, error) { return wire.NewStoreCodec(version) })
	fmt.Fprintf(errOut, "%d messages imported\n", n)
	return err
}
