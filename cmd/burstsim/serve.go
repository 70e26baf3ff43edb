package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"burstsim/internal/experiment"
	"burstsim/internal/serve"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	addr            string
	readOnly, token bool
	open            bool
}

// usualAddress is that of the page, unless another program has it.
const usualAddress = "127.0.0.1:8765"

func (p *program) serveCommand() *cobra.Command {
	var opt serveOptions
	cmd := &cobra.Command{
		Use:   "serve [DIR]",
		Short: "Show runs and sweeps in a page, and start new ones from it",
		Long: `Serve a page that lists the runs and sweeps below DIR, the present folder unless
said otherwise: learning curves, signals in time, weights, the circuit, comparisons,
also of runs that go on, whoever started them. From the page experiments are edited,
started, stopped and resumed. What is started goes on when the page is closed and
when the server ends.

The server listens on this machine only, unless --addr says otherwise. Then, and
with --token, who opens the page needs the token in the address that is printed.
From another machine, ssh -L 8765:localhost:8765 HOST is better. docs/page.md says
more.

Exit status: 0 after an interrupt (Ctrl-C); 1 if the folder or the address cannot be
served; 2 if the command line is wrong.`,
		Example: `  burstsim serve                        http://127.0.0.1:8765 shows what is below this folder
  burstsim serve results --open         and opens it in a browser
  burstsim serve --read-only --token    to look only, on a machine that others use
  burstsim serve --addr 0.0.0.0:8765    for other machines, with a token`,
		Args: func(_ *cobra.Command, dirs []string) error {
			if len(dirs) > 1 {
				return errors.New("serve: expected one folder")
			}
			return nil
		},
		ValidArgsFunction: completeDirs,
		RunE: func(cmd *cobra.Command, dirs []string) error {
			dir := "."
			if len(dirs) > 0 {
				dir = dirs[0]
			}
			s, err := p.newPage(dir, "", opt, cmd.Flags().Changed("addr"))
			if err != nil {
				return err
			}
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return s.serve(ctx)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opt.addr, "addr", usualAddress, "listen on `HOST:PORT`; port 0 is any that is free")
	flags.BoolVar(&opt.readOnly, "read-only", false, "let nobody start, stop or resume anything")
	flags.BoolVar(&opt.token, "token", false, "ask for a token on this machine, too")
	flags.BoolVar(&opt.open, "open", false, "open the page in a browser")
	return cmd
}

// page is a server that listens.
type page struct {
	program *program
	server  *serve.Server
	on      net.Listener
	address string // of the page, with what is needed to open it
	open    bool
}

// newPage listens for requests about a folder. run is that of a run in it which the
// page opens first. chosen tells that somebody has chosen the address: another port
// would surprise them.
func (p *program) newPage(dir, run string, opt serveOptions, chosen bool) (*page, error) {
	host, port, err := net.SplitHostPort(opt.addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return nil, fmt.Errorf("--addr: %.60q, expected HOST:PORT such as %s", opt.addr, usualAddress)
	}
	if !isDir(dir) {
		return nil, failure(fmt.Errorf("%s is no folder: expected one with runs", dir))
	}
	settings := serve.Options{Dir: dir, ReadOnly: opt.readOnly, Version: experiment.Versions()["burstsim"], Open: run}
	if opt.token || !serve.IsLoopback(host) {
		settings.Token = serve.NewToken()
	}
	if settings.Program, err = os.Executable(); err != nil {
		settings.Program = "" // the page says that nothing can be started
	}
	server, err := serve.New(settings)
	if err != nil {
		return nil, failure(err)
	}
	on, err := net.Listen("tcp", opt.addr)
	if err != nil && !chosen {
		on, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, failure(fmt.Errorf("cannot listen on %s: %w", opt.addr, err))
	}
	return &page{p, server, on, addressOf(on.Addr(), host, settings.Token, server.Route()), opt.open}, nil
}

// addressOf is what a browser opens.
func addressOf(at net.Addr, host, token, route string) string {
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		port = "" // a listener of another kind
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/", Fragment: route}
	if token != "" {
		u.RawQuery = url.Values{"token": {token}}.Encode()
	}
	return u.String()
}

// serve says where the page is, opens it if that was asked for, and answers until
// ctx ends.
func (s *page) serve(ctx context.Context) error {
	fmt.Fprintf(s.program.out, "%s\n", s.address)
	fmt.Fprintln(s.program.err, "the page is there until Ctrl-C; what it has started goes on")
	if s.open {
		if err := openBrowser(s.address); err != nil {
			s.program.warn(fmt.Errorf("cannot open a browser: %w; the address is %s", err, s.address))
		}
	}
	if err := s.server.Serve(ctx, s.on); err != nil {
		return failure(err)
	}
	return nil
}

// browsers open an address on each system.
var browsers = map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}

func openBrowser(address string) error {
	words, ok := browsers[runtime.GOOS]
	if !ok {
		words = []string{"xdg-open"}
	}
	cmd := exec.Command(words[0], append(words[1:], address)...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // it may stay as long as the browser
	return nil
}

// besidePage carries out runs while a page shows them, and keeps the page until an
// interrupt that comes when they are over.
func (p *program) besidePage(ctx context.Context, jobs []job, out string, run func() error) error {
	dir := out
	if dir == "" {
		dir = jobs[0].Config.Run.Out
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return failure(fmt.Errorf("cannot make folder %s: %w", dir, err))
	}
	for i := range jobs {
		if jobs[i].Out == "" {
			jobs[i].Out = p.datedFolder(jobs[i].Config.Run.Out, jobs[i].Config.Run.Name, jobs[:i])
		}
	}
	// Other jobs may have other folders; the page is about those of the first.
	s, err := p.newPage(dir, jobs[0].Out, serveOptions{addr: usualAddress, open: true}, false)
	if err != nil {
		return err
	}
	pageCtx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- s.serve(pageCtx) }()
	err = run()
	var status *statusError
	if errors.As(err, &status) && status.status > 128 { // a signal
		return err
	}
	if err != nil && (status == nil || status.err != nil) {
		p.report(err) // now, rather than when the page is closed
		err = failure(nil)
	}
	wait, done := interruptible(ctx)
	defer done()
	select {
	case <-wait.Done():
	case wrong := <-served:
		return errors.Join(err, wrong)
	}
	stop()
	<-served
	return err
}

// datedFolder is a new folder for a run, as [rundir.Create] would name it, that none
// of the other jobs has.
func (p *program) datedFolder(parent, name string, others []job) string {
	base := filepath.Join(parent, name+"-"+p.now().Format("20060102-150405"))
	path := base
	for i := 2; ; i++ {
		_, err := os.Lstat(path)
		taken := err == nil
		for _, j := range others {
			taken = taken || j.Out == path
		}
		if !taken {
			return path
		}
		path = fmt.Sprint(base, "-", i)
	}
}
