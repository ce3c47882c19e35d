/** Stands for a module of Node that a library names and doesn't use here. */
export default {};
export class Transform {}
export class StringDecoder {}
