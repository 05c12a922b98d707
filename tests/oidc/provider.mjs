// A certified OpenID provider for the tests. Whoever types an address is that person; the address of one whose name
// begins with "unverified" is not vouched for. Arguments: port, address to send the browser back to, our secret there.
import Provider from 'oidc-provider';

const [port, callback, secret] = process.argv.slice(2);
// A host of another name than the one that the tests use for us: another site, as in life.
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'hearback',
    client_secret: secret,
    redirect_uris: [callback],
    response_types: ['code'],
    grant_types: ['authorization_code'],
  }],
  cookies: { keys: ['a key for tests alone'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  pkce: { required: () => true },
  findAccount: async (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: id, email_verified: !id.startsWith('unverified') }),
  }),
});

provider.listen(Number(port), '127.0.0.1');
