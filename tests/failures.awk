# Prints the failed tests of TRX files: name, then the first lines of what it said, of the message and of the stack trace.
function text(s) {
    gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&#x[DA];/, " ", s); gsub(/&apos;/, "'", s); gsub(/&amp;/, "\\&", s)
    return s
}
/<UnitTestResult .*outcome="Failed"/ {
    match($0, / testName="[^"]*"/)
    print "FAILED  " text(substr($0, RSTART + 11, RLENGTH - 12))
    failed = 1
}
/<\/UnitTestResult>/ { failed = 0 }
failed && /<StdOut>/ { sub(/.*<StdOut>/, ""); part = "o"; lines = 0 }
failed && /<Message>/ { sub(/.*<Message>/, ""); part = "m"; lines = 0 }
failed && /<StackTrace>/ { sub(/.*<StackTrace>/, ""); part = "s"; lines = 0 }
failed && part != "" {
    line = $0
    ends = sub(/<\/(StdOut|Message|StackTrace)>.*/, "", line)
    if (++lines <= (part == "s" ? 3 : 12) && line ~ /[^ \t\r]/) print "        " text(line)
    if (ends) part = ""
}
