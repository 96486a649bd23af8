const MAX_COLUMNS = 170;

/** What is wrong with a text, line by line: `{ line, message }`. Some rules are for code only. */
export function checkText(text, { code }) {
  const problems = [];
  const lines = text.split('\n');
  lines.forEach((content, index) => {
    const report = (message) => problems.push({ line: index + 1, message });
    if (content.includes('\t')) report('has a tab');
    if (content.includes('\r')) report('ends in a carriage return');
    if (/ +$/.test(content)) report('ends in a space');
    if (content.length > MAX_COLUMNS) report(`has ${content.length} columns, ${MAX_COLUMNS} are allowed`);
    if (code && /\bconsole\./.test(content.replace(/\/.*\/[a-z]*\./g, '')))
      report('writes to the console: the log has a form');
  });
  if (!text.endsWith('\n') || text.endsWith('\n\n'))
    problems.push({ line: lines.length, message: 'does not end in one line end' });
  return problems;
}
