// What nodemailer takes to send the same digest to the same SES: node send.js URL NUMBER < digest.json
"use strict";

const fs = require("node:fs");
const nodemailer = require("nodemailer");
const { SESv2Client, SendEmailCommand } = require("@aws-sdk/client-sesv2");

const [url, number] = [process.argv[2], Number(process.argv[3])];
const digest = JSON.parse(fs.readFileSync(0, "utf8"));
const sesClient = new SESv2Client({
  region: "eu-west-1",
  endpoint: url,
  credentials: { accessKeyId: "AKID", secretAccessKey: "x" },
});
const transport = nodemailer.createTransport({ SES: { sesClient, SendEmailCommand } });

async function send(times) {
  for (let place = 0; place < times; place += 1) {
    await transport.sendMail({
      from: "news@example.org",
      to: `reader${place}@example.net`,
      subject: digest.subject,
      text: digest.text,
      html: digest.html,
    });
  }
}

async function main() {
  await send(20);
  const [began, before] = [process.hrtime.bigint(), process.cpuUsage()];
  await send(number);
  const used = process.cpuUsage(before);
  const wall = Number(process.hrtime.bigint() - began) / 1e9;
  process.stdout.write(JSON.stringify({ sent: number, wall, cpu: (used.user + used.system) / 1e6 }));
  process.exit(0);
}

main();
