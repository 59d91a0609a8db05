// What the examples import by the package's name is the source here: they run without a build.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const [, name] = /^marketo-relay\/([\w-]+)$/.exec(specifier) ?? [];
    return name === undefined
      ? nextResolve(specifier, context)
      : nextResolve(new URL(`../../exports/${name}.ts`, import.meta.url).href, context);
  },
});
