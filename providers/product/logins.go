package product

// LoginCommands gives what a user runs for a login: a command to which a provider is
// appended, and the whole commands of providers that need another one. instance is the
// gateway's --profile, "" for the default one.
func (p *Product) LoginCommands(instance string) (login string, logins map[string]string) {
	command := p.Bins[0] + " "
	if Instance(instance) != "" {
		command += "--profile " + instance + " "
	}
	logins = make(map[string]string, len(p.Logins))
	for provider, arguments := range p.Logins {
		logins[provider] = command + arguments
	}
	return command + "models auth login --provider", logins
}
