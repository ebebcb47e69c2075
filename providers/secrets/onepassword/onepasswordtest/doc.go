// Package onepasswordtest is a stand-in for the 1Password service that runs on
// loopback inside a test. The unmodified onepassword-sdk-go signs in to it with a
// made-up service account token and resolves secret references, without a network:
//
//	srv := onepasswordtest.New(t, onepasswordtest.Vault{
//		Title: "prod",
//		Items: []onepasswordtest.Item{{
//			Title:  "openai",
//			Fields: []onepasswordtest.Field{{ID: "credential", Value: "fake"}},
//		}},
//	})
//	cmd.Env = append(srv.Env(), "OP_SERVICE_ACCOUNT_TOKEN="+srv.Token())
//
// # How the SDK gets here
//
// A child process finds the server by its environment alone: Env gives HTTPS_PROXY
// and SSL_CERT_FILE. For the SDK inside the test's own process, Hook leads
// http.DefaultTransport here until the test ends. Either way no name is looked up
// and no connection leaves the machine: the proxy and the hook know one name, Host,
// and refuse every other.
//
// # What it is not
//
// The protocol is not documented. What is here was found by watching what the SDK
// asks for and accepts (version 0.4.1), so it shows what the SDK does with an
// answer, not what the real service would answer. It only reads: nothing is
// created or changed, and permissions, quotas and account policies are not
// enforced (a Fault plays them). Everything is fake: keys and tokens are made per
// server and open nothing else.
package onepasswordtest
