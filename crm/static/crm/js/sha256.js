// For pages that came over plain http: the browser keeps its own SHA-256 from them.
import { sha256 } from "@noble/hashes/sha2.js";

window.sha256 = sha256;
