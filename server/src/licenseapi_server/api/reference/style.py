"""How the reference looks: one sheet, light and dark, wide and narrow.

A test computes the contrast of the palettes (WCAG 2.2, 1.4.3).
"""

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1c2128",
    "faint": "#57606a",
    "code": "#f3f5f8",
    "line": "#d3d9e0",
    "accent": "#0b57c4",
    "warn": "#a1260d",
}
DARK = {
    "paper": "#14171c",
    "ink": "#e4e8ee",
    "faint": "#a3acb9",
    "code": "#1f242c",
    "line": "#39414d",
    "accent": "#8ab6ff",
    "warn": "#ffa491",
}


def _palette(colors: dict[str, str]) -> str:
    return "; ".join(f"--{name}: {color}" for name, color in colors.items())


STYLE = (
    f":root {{ color-scheme: light dark; {_palette(LIGHT)} }}"
    f"@media (prefers-color-scheme: dark) {{ :root {{ {_palette(DARK)} }} }}"
    """
* { box-sizing: border-box }
html { scroll-padding-top: 1rem }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; background: var(--paper); color: var(--ink) }
a { color: var(--accent); text-underline-offset: .15em }
a.code { text-decoration: none; border-bottom: 1px solid }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.skip { position: absolute; left: -99rem; background: var(--paper); padding: .5rem 1rem }
.skip:focus { left: .5rem; top: .5rem; z-index: 1 }
main { max-width: 60rem; padding: 1.5rem 1.25rem 6rem; margin: 0 auto; overflow-wrap: break-word }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0 1rem }
h2 { font-size: 1.5rem; margin: 3.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line) }
h3 { font-size: 1.15rem; margin: 2.5rem 0 .5rem }
h2 + section > h3 { margin-top: 1rem }
h4 { font-size: .95rem; margin: 1.4rem 0 .4rem }
p { margin: .5rem 0; max-width: 46rem }
dd { max-width: 46rem }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace }
code { background: var(--code); padding: .1em .3em; border-radius: .25rem; overflow-wrap: anywhere }
pre code, .call code { background: none; padding: 0 }
pre { margin: .35rem 0 .75rem; padding: .7rem .9rem; background: var(--code); border-radius: .4rem;
  white-space: pre-wrap; overflow-wrap: anywhere }
.call { font-size: 1.05rem }
.call b { font: 700 .8rem/1.5 ui-monospace, monospace; border: 1px solid var(--line); border-radius: .25rem;
  padding: .15rem .4rem; margin-right: .4rem }
.faint, .kind { color: var(--faint) }
.kind { font-size: .875rem }
.need { color: var(--warn); font-size: .875rem }
dl { margin: .25rem 0 1rem; border-bottom: 1px solid var(--line) }
dl div { border-top: 1px solid var(--line); padding: .5rem 0 }
dt { line-height: 1.7 } dt > code { font-weight: 600; margin-right: .4rem }
dd { margin: .1rem 0 0 }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line) }
summary { cursor: pointer; color: var(--accent); width: fit-content }
details { margin: .5rem 0 }
figure { margin: 0 } figcaption { font-size: .875rem; color: var(--faint) }
nav { padding: 1rem 1.25rem; background: var(--code); font-size: .9rem }
nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem }
nav ul ul { display: none }
nav a, .toc a { display: inline-block; padding: .2rem 0; text-decoration: none }
nav a:hover, .toc a:hover { text-decoration: underline }
.toc { columns: 17rem; padding: 0; list-style: none }
@media (max-width: 40rem) { pre { padding: .6rem .7rem; font-size: .78em } }
@media (min-width: 64rem) {
  body.with-nav { display: grid; grid-template-columns: 17rem minmax(0, 1fr) }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-right: 1px solid var(--line) }
  nav ul, nav ul ul { display: block }
  nav > ul > li { margin-bottom: .6rem } nav > ul > li > a { font-weight: 600; color: var(--ink) }
  nav ul ul a { padding: .1rem 0 .1rem .75rem; color: var(--faint) }
}
@media (min-width: 90rem) {
  main { max-width: 90rem }
  .endpoint { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 30rem); gap: 0 2.5rem }
  .endpoint > h3 { grid-column: 1 / -1 }
  .samples { position: sticky; top: 1rem; align-self: start; max-height: calc(100vh - 2rem); overflow-y: auto }
}
"""
)
