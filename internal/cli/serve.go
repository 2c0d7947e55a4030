package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"chancery/internal/entry"
	"chancery/internal/server"
	"chancery/internal/setup"
)

// serveCommand runs the server.
type serveCommand struct {
	storageFlags
	limitFlags
	retentionFlags

	Listen        string        `help:"Address to listen on. Default: :8080, on all addresses of this machine." default:":8080" placeholder:"HOST:PORT"`
	PublicURL     string        `help:"Where users reach the server, for links: https://licences.example.com." placeholder:"URL"`
	OwnHost       []string      `help:"Another name of the server itself, such as one inside a network: chancery.internal.example." placeholder:"NAME"`
	TrustedProxy  []string      `help:"Addresses or networks of reverse proxies whose X-Forwarded-For is believed." placeholder:"CIDR"`
	AllowOutbound []string      `help:"Addresses or networks that webhooks and OpenID providers may be in though inside: 10.1.2.0/24." placeholder:"CIDR"`
	SMTP          string        `name:"smtp" help:"Mail server: smtp://user:password@host:587, or smtps; without it mail stays in the log." placeholder:"URL"`
	MailFrom      string        `help:"Address that mail comes from. Default: licences@ and the host of --public-url." placeholder:"ADDRESS"`
	Contact       string        `name:"security-contact" help:"Whom to tell of faults, by e-mail or a URL; security.txt names it." placeholder:"CONTACT"`
	TLSCert       string        `name:"tls-cert" help:"Certificate (PEM) to serve HTTPS with; it is read again when it changes." placeholder:"FILE"`
	TLSKey        string        `name:"tls-key" help:"The certificate's private key (PEM)." placeholder:"FILE"`
	TLSDir        string        `name:"tls-dir" help:"Folder of PEM certificates and keys by host; read again as it changes." placeholder:"DIR" type:"path"`
	Metrics       string        `name:"metrics-listen" help:"Address to serve /metrics on, apart from the clients; off by default." placeholder:"HOST:PORT"`
	GeoIP         string        `name:"geoip" help:"MMDB file of cities or countries; by default the embedded one of countries." placeholder:"FILE" type:"path"`
	TestClock     bool          `name:"test-clock" help:"Let the clock be moved, for tests; only on a database never served without it."`
	Gallery       bool          `help:"Show the gallery of the pages' components, for those who work on them." hidden:""`
	LogFormat     string        `help:"Form of the log on standard error: text or json." default:"text" enum:"text,json"`
	LogLevel      string        `help:"Least level that is logged: debug, info, warn or error." default:"info" enum:"debug,info,warn,error"`
	AccessLog     bool          `help:"Log one line for each request." default:"true" negatable:""`
	StopTimeout   time.Duration `help:"How long calls may take to finish when the server is stopped." default:"20s"`
	Drain         time.Duration `help:"How long to take calls after the stop signal while /readyz fails, for load balancers." default:"0s"`
	ReadyFile     string        `help:"Write the server's URL to this file once it serves." placeholder:"FILE"`
}

// Run implements the command.
func (c *serveCommand) Run(s streams) error {
	log, flush := server.NewLog(s.err, c.LogFormat, c.LogLevel)
	defer flush()
	server.TuneCollector(os.LookupEnv)
	config, err := c.config(log)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a, err := server.New(ctx, config)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Stop(context.Background()))
	}
	if err := c.announce(a); err != nil {
		return errors.Join(err, a.Stop(context.Background()))
	}
	hintAtVendor(ctx, a, config.Log)
	// The last word of starting: whoever reads the log may call now.
	config.Log.Info("serving", slog.String("address", a.Address()), slog.String("engine", a.Rooms().DB.Dialect.Name()))
	var failed error
	select {
	case <-ctx.Done():
		config.Log.Info("stopping", slog.String("within", c.StopTimeout.String()))
	case failed = <-a.Failed():
	}
	stop() // a second signal ends the process at once
	deadline, cancel := context.WithTimeout(context.Background(), c.Drain+c.StopTimeout)
	defer cancel()
	return errors.Join(failed, a.Stop(deadline))
}

// hintAtVendor tells who has just installed the server what comes next.
func hintAtVendor(ctx context.Context, a *server.Server, log *slog.Logger) {
	if all, err := a.Rooms().VendorRows.All(ctx); err == nil && len(all) == 0 {
		log.Info("there is no vendor yet: `chancery vendor create NAME --owner EMAIL`, with the same --data or --database, makes one")
	}
}

// announce writes the ready file whole or not at all.
func (c *serveCommand) announce(a *server.Server) error {
	if c.ReadyFile == "" {
		return nil
	}
	tmp := c.ReadyFile + ".tmp"
	if err := os.WriteFile(tmp, []byte(a.URL()+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the ready file: %w", err)
	}
	if err := os.Rename(tmp, c.ReadyFile); err != nil {
		return fmt.Errorf("write the ready file: %w", err)
	}
	return nil
}

func (c *serveCommand) config(log *slog.Logger) (server.Config, error) {
	storage, err := c.storage()
	if err != nil {
		return server.Config{}, err
	}
	limits, err := c.limits()
	if err != nil {
		return server.Config{}, err
	}
	retention, err := c.retention()
	if err != nil {
		return server.Config{}, err
	}
	config := server.Config{
		Storage: storage, Limits: limits, Retention: retention, Listen: c.Listen, GeoFile: c.GeoIP, CertFile: c.TLSCert, KeyFile: c.TLSKey, TLSDir: c.TLSDir,
		MetricsListen: c.Metrics, TestClock: c.TestClock, Gallery: c.Gallery, AccessLog: c.AccessLog, Drain: c.Drain, Log: log,
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return server.Config{}, setup.Wrong("--listen must be HOST:PORT, such as :8080 or 127.0.0.1:8080.", err)
	}
	if config.PublicURL, err = parsePublicURL(c.PublicURL); err != nil {
		return server.Config{}, err
	}
	if config.OwnHosts, err = parseHosts(c.OwnHost); err != nil {
		return server.Config{}, err
	}
	if config.SecurityContact, err = parseContact(c.Contact); err != nil {
		return server.Config{}, err
	}
	if c.StopTimeout <= 0 || c.Drain < 0 {
		return server.Config{}, setup.Wrong("--stop-timeout and --drain must be durations such as 20s.", nil)
	}
	for _, text := range c.TrustedProxy {
		p, err := parseNetwork(strings.TrimSpace(text))
		if err != nil {
			return server.Config{}, setup.Wrong("--trusted-proxy must be an address or a network, such as 10.0.0.5 or 10.0.0.0/8.", err)
		}
		config.TrustedProxies = append(config.TrustedProxies, p)
	}
	if config.SMTP, config.MailFrom, err = parseMail(c.SMTP, c.MailFrom, config.PublicURL); err != nil {
		return server.Config{}, err
	}
	for _, text := range c.AllowOutbound {
		p, err := parseNetwork(strings.TrimSpace(text))
		if err != nil {
			return server.Config{}, setup.Wrong("--allow-outbound must be an address or a network, such as 10.0.0.5 or 10.0.0.0/8.", err)
		}
		config.AllowOutbound = append(config.AllowOutbound, p)
	}
	return config, nil
}

// parsePublicURL gives the server's own address; nil for none.
func parsePublicURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil // no address is a good answer
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, setup.Wrong("--public-url must be the address that users open, such as https://licences.example.com.", err)
	}
	return u, nil
}

// parseHosts gives names of the server itself.
func parseHosts(names []string) (hosts []string, err error) {
	for _, name := range names {
		host, ok := entry.Host(name)
		if !ok {
			return nil, setup.Wrong("--own-host must be a host name, such as chancery.internal.example; "+
				"names without a dot and IP addresses need no mention.", nil)
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

// parseContact gives the URI of whom to tell of faults; "" for nobody.
func parseContact(text string) (string, error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "@") && !strings.Contains(text, ":") {
		text = "mailto:" + text
	}
	u, err := url.Parse(text)
	if err != nil || text != "" && (u.Scheme != "https" || u.Host == "") && (u.Scheme != "mailto" && u.Scheme != "tel" || u.Opaque == "") {
		return "", setup.Wrong("--security-contact must be an e-mail address or a URL, such as security@example.com or https://example.com/security.", err)
	}
	return text, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err
}
