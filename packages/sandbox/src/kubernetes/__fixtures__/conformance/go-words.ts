/** Words of a cause without the values that Go prints in its own way. */
export function withoutGo(message: string, field: unknown): string {
  if (field === 'patch') return '<fault>';
  if (String(field).endsWith('.maxUnavailable'))
    return message.replace(/^Invalid value: .*: /s, 'Invalid value: <value>: ');
  const [, head, list] = /^(Unsupported value: .*: supported values: )(.*)$/.exec(message) ?? [];
  if (list !== undefined)
    return `${(head ?? '').replace(/^(Unsupported value: )[^"].*(: supported)/s, '$1<value>$2')}${list.split(', ').sort().join(', ')}`;
  return (
    message
      // What Go says of the two values: of each process either blanks or no-break spaces come first.
      .replace(/\n\s{2}(core|\(\*|v1|\s)[^]*$/, '')
      .replace(/^(Invalid value|Duplicate value): (?!"[^"]*":|-?\d+:)[^]*?([^:"}]*)$/, '$1: <value>: $2')
  );
}
