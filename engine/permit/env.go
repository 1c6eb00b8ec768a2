package permit

import (
	"errors"
	"strings"
)

func (g *Grants) addEnv(_, entry string) error {
	name := strings.TrimSuffix(entry, "*")
	if strings.ContainsAny(name, "*=\x00") {
		return errors.New("it is neither a NAME nor a PREFIX*")
	}
	g.envs = append(g.envs, entry)
	return nil
}

// Env says whether a variable of the environment may be read. It does not block.
func (g *Grants) Env(name string) error {
	flag, ok := "-A", g.all
	if !ok && name != "" {
		for _, entry := range g.envs {
			if ok = envListed([]string{entry}, name); ok {
				flag = "--allow-env=" + entry
				break
			}
		}
	}
	if !ok {
		return g.deny(&Denied{Power: "env", What: name, Flag: flagFor("--allow-env", name)})
	}
	g.grant("env", name, flag)
	return nil
}

// envListed says whether a name is one of a list of NAME and PREFIX*.
func envListed(list []string, name string) bool {
	for _, entry := range list {
		prefix, open := strings.CutSuffix(entry, "*")
		if envKey(name) == envKey(entry) || open && strings.HasPrefix(envKey(name), envKey(prefix)) {
			return true
		}
	}
	return false
}
