# cmake -D page=X.md -D man=X.1 -D title=T -D version=V -D docs=FOLDER -D lowdown=PROGRAM -P man_page.cmake
# A page that names docs/... and examples/... says in its installed form where they were installed to.
file(READ ${page} text)
string(REGEX REPLACE "([ (])docs/" "\\1${docs}/" text "${text}")
string(REGEX REPLACE "([ (])examples/" "\\1${docs}/examples/" text "${text}")
file(WRITE ${man}.md "${text}")
# Without its typography: an option is written with two hyphens, not with a dash. A name such as t_lag_s keeps its underscores.
execute_process(COMMAND ${lowdown} -s -Tman --out-no-smarty --parse-no-intraemph -m title=${title} -m section=1 -m "source=rlecouple ${version}"
                        -o ${man} ${man}.md COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE ${man}.md)
