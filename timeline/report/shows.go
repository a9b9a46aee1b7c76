package report

// secretsShown is what a report that shows secrets says of itself at its top.
const secretsShown = "tokens and passwords are shown: this was made with --show-secrets"

// warnOfSecrets says it, where it is so.
func (p *page) warnOfSecrets(shown bool) {
	if shown {
		p.labelled("", "secrets:", warning, secretsShown)
	}
}

// SecretsShown is what a page says of itself where it shows secrets.
func SecretsShown() string { return secretsShown }
