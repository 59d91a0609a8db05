import type { WebhookForm } from '../../../lib/webhook/form.ts';

/** Bodies that each show a way in which text is damaged on the road. */
const ODD_TEXTS: readonly string[] = [
  '{"path":"/rest/v1/leads.json","body":{"input":[{"email":"ada@example.com"}]}}',
  '{"quotes":"\\"double\\" and \'single\' and `back`"}',
  '{"backslashes":"C:\\\\temp\\\\new \\u0022 \\/"}',
  '{"percent":"100%25 of 50 % + more & less = ?#;"}',
  '{"lines":"a\\r\\nb"}\r\n\t \n',
  '{"unicode":"Zoë, 北京, 💌, \u2028 and \u00A0"}',
  '{"template":"$input.body $util.urlEncode(\'x\') $!{x} #set($a = 1) #end ## #* *# $!x"}',
  '{"entities":"&lt;&amp;&#39;<script>"}',
  `{"long":"${'ä'.repeat(5_000)}"}`,
  '',
];

const ODD_FORM: WebhookForm = {
  name: 'odd',
  fields: { mail: 'email', 'first name': 'firstName', größe: 'size', 'topics[]': 'topics', Mail: 'other' },
  required: ['first name'],
  values: { leadSource: `It's "this" \\ {that} $x #set(1) 100% é`, score: 1.5, optIn: true },
  action: 'createOnly',
  partitionName: "O'Brien & Sons",
};

const ODD_FORM_BODIES: readonly string[] = [
  'mail=ada%40example.com&first+name=Ada',
  'first%20name=Ada&mail=a%2Bb%40example.com&gr%C3%B6%C3%9Fe=L&topics%5B%5D=a&topics%5B%5D=b&topics%5B%5D=c%3Bd',
  'mail=a&first name=%27single%27+%22double%22+%5Cback%5C%27+%2Fslash',
  'mail=a&first+name=%0D%0A%09%00%1F%7F%08%0C',
  'mail=a&first+name=%F0%9F%92%8C%E2%80%A8%C2%A0%EF%BF%BE',
  'mail=a&first+name=$util.urlEncode(%24x)%23set(%24a+%3D+1)%23%23&topics[]=$!{comma}',
  'mail=a=b==&first+name==c',
  '?mail=a&mail=b&first+name=x&&&=&=y&z',
  'Mail=upper&MAIL=x&mail=a&first+name=b',
  'mail=&mail=a&mail=&first+name=b&first+name=',
  'mail=%FF%FE&first+name=%C3',
  '__proto__=a&constructor=b&mail=c&first+name=d&containsKey=e',
  'mail=a',
  'first+name=a',
  'mail=%zz&first+name=a',
  'mail=a&first+name=50%',
  '',
  '&',
  `mail=a&first+name=b${'&x=1'.repeat(998)}`,
  `mail=a&first+name=b${'&x=1'.repeat(999)}`,
];

export { ODD_FORM, ODD_FORM_BODIES, ODD_TEXTS };
