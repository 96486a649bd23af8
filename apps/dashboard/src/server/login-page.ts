/** Asks for the token. Sent to the same address, so that it works below any prefix, and leads there afterwards. */
export function loginPage({ wrong }: { readonly wrong: boolean }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>Seatrial: token needed</title>
<main>
<h1>Seatrial</h1>
${wrong ? '<p role="alert">That is not the token.</p>' : '<p>These results are not for everybody.</p>'}
<form method="post">
<label>Token <input type="password" name="token" autocomplete="current-password" required autofocus /></label>
<button>Open</button>
</form>
</main>
</html>
`;
}
