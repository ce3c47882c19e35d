/** Loaded where a code is drawn. */
export { default } from 'qrcode-generator';
