// Arguments of a program that hold a secret, by the name before it: `--api-key V`, `--token=V`, `-e API_KEY=V`. Pure.

const NAME = /^--?[\w.-]*(?:key|token|secret|password)$/i;
const NAME_AND_VALUE = /^(-{0,2}[\w.-]*(?:key|token|secret|password)=)(.+)$/is;
/** Only names where the secret is. */
const VARIABLE = /^\$\{\w+\}$/;

/** The argument after it is a secret. */
export const hasSecretName = (argument: unknown): boolean => typeof argument === 'string' && NAME.test(argument);

export const secretInArgument = (argument: string): string | undefined => NAME_AND_VALUE.exec(argument)?.[2];

/** As people may read them. @param args as they are written, before variables are put in */
export function shownArguments(args: readonly unknown[]): string[] {
  const hide = (value: string) => (VARIABLE.test(value) ? value : '***');
  return args.map(String).map((argument, at) => {
    if (hasSecretName(args[at - 1])) return hide(argument);
    return argument.replace(NAME_AND_VALUE, (_, name: string, value: string) => `${name}${hide(value)}`);
  });
}
