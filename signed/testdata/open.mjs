// Opens the sealed examples of vectors.json with HPKE implementations that are not ours:
//   npm install hpke-js@1.8.0 @hpke/hybridkem-x-wing@0.7.0 && node open.mjs vectors.json
import { readFileSync } from 'node:fs';
import { CipherSuite, KemId, KdfId, AeadId } from 'hpke-js';
import { CipherSuite as Core, HkdfSha256, Aes256Gcm } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
const vectors = JSON.parse(readFileSync(process.argv[2]));
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64url'));
for (const s of vectors.sealed) {
  const [, , , , , ciphertext] = s.compact.split('.');
  const all = bytes(ciphertext);
  const size = s.version === 2 ? 1120 : 32;
  const info = new TextEncoder().encode(`chancery sealed request v${s.version}\n${s.kind}\n${s.vendor_id}`);
  const suite = s.version === 2
    ? new Core({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })
    : new CipherSuite({ kem: KemId.DhkemX25519HkdfSha256, kdf: KdfId.HkdfSha256, aead: AeadId.Aes256Gcm });
  const key = s.version === 2 ? vectors.keys.hybrid : vectors.keys.sealing;
  const recipientKey = await suite.kem.importKey('raw', bytes(key.private).buffer, false);
  const opened = await suite.open({ recipientKey, enc: all.slice(0, size).buffer, info }, all.slice(size).buffer);
  if (new TextDecoder().decode(opened) !== s.content) throw new Error(`another content: version ${s.version}, ${s.kind}`);
  console.log('opened', s.version, s.kind);
}
