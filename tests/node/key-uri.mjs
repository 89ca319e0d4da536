// Reads an otpauth URI the way an authenticator app does: a URL, its label and its parameters.
const url = new URL(process.argv[2]);
console.log(JSON.stringify({
  protocol: url.protocol,
  type: url.host,
  label: decodeURIComponent(url.pathname.slice(1)),
  ...Object.fromEntries(url.searchParams),
}));
