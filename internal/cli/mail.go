package cli

import (
	"net/url"

	"chancery/internal/mail"
	"chancery/internal/setup"
)

// parseMail reads what the command line says of mail.
func parseMail(server, from string, public *url.URL) (*url.URL, string, error) {
	if server == "" {
		if from != "" {
			return nil, "", setup.Wrong("--mail-from needs --smtp: without it no mail is sent.", nil)
		}
		return nil, "", nil
	}
	u, err := mail.ParseURL(server)
	if err != nil {
		return nil, "", setup.Wrong("--smtp is wrong: "+err.Error()+".", nil)
	}
	if from == "" && public != nil {
		from = "licences@" + public.Hostname()
	}
	if from == "" {
		return nil, "", setup.Wrong("--smtp needs --mail-from, the address that mail comes from.", nil)
	}
	if _, err := mail.New(mail.Config{URL: u, From: from}); err != nil {
		return nil, "", setup.Wrong("--mail-from must be one plain address, such as licences@example.com.", err)
	}
	return u, from, nil
}
