/// The version of the program, as the provenance and the report name it.
let programVersion = "0.1.0"
