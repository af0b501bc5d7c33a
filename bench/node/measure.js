// Reads MJML from standard input, writes it as a mail with MJML and Juice again and again in this one warm process, and
// prints the milliseconds of each round as JSON.
const mjml2html = require("mjml");
const juice = require("juice");
const { performance } = require("node:perf_hooks");

async function main() {
  const rounds = Number(process.argv[2]);
  const source = require("node:fs").readFileSync(0, "utf8");
  const times = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const { html } = await mjml2html(source, { keepComments: true, validationLevel: "skip" });
    const mail = juice(html, { preserveImportant: true, preserveMediaQueries: true, applyWidthAttributes: false });
    times.push(performance.now() - start);
    bytes = Buffer.byteLength(mail);
  }
  console.log(JSON.stringify({ times, bytes }));
}

main();
